'use strict';
// Merges coverlet's json reports and prints the coverage of PluginHost.Core.
// Usage: node coverage.js THRESHOLD REPORT...   Exit 1: fewer than THRESHOLD % of the branches were taken, or there was nothing to count.
const fs = require('fs');
const path = require('path');

const FILE_THRESHOLD = 98;

/** Hits by branch and by line of each file, added up over all reports. A branch is named by its place in the compiled method. */
function merge(reports) {
    const files = new Map();
    const add = (hits, key, count) => hits.set(key, (hits.get(key) ?? 0) + count);
    for (const modules of reports) {
        for (const documents of Object.values(modules)) {
            for (const [file, classes] of Object.entries(documents)) {
                if (!files.has(file)) files.set(file, { lines: new Map(), branches: new Map() });
                const { lines, branches } = files.get(file);
                for (const [type, methods] of Object.entries(classes)) {
                    for (const [method, { Lines, Branches }] of Object.entries(methods)) {
                        for (const [line, count] of Object.entries(Lines)) add(lines, Number(line), count);
                        for (const b of Branches) {
                            const key = JSON.stringify([b.Line, type, method, b.Offset, b.EndOffset, b.Path, b.Ordinal]);
                            add(branches, key, b.Hits);
                        }
                    }
                }
            }
        }
    }
    return files;
}

function tally(hits) {
    const all = [...hits.values()];
    return { taken: all.filter(count => count > 0).length, of: all.length };
}

const percent = ({ taken, of }) => of === 0 ? 100 : 100 * taken / of;

const format = t => `${percent(t).toFixed(2)} % (${t.taken} of ${t.of})`;

const sum = tallies => tallies.reduce((a, b) => ({ taken: a.taken + b.taken, of: a.of + b.of }), { taken: 0, of: 0 });

/** Line numbers without repetition, in order. */
const numbers = lines => [...new Set(lines)].sort((a, b) => a - b).join(', ');

function main([limit, ...paths]) {
    const threshold = Number(limit);
    if (!(threshold >= 0 && threshold <= 100) || paths.length === 0) {
        console.error('usage: node coverage.js THRESHOLD REPORT...');
        return 2;
    }

    const files = merge(paths.map(p => JSON.parse(fs.readFileSync(p, 'utf8').replace(/^\uFEFF/, ''))));
    const rows = [...files].map(([file, { lines, branches }]) => ({
        name: path.relative(process.cwd(), file),
        lines: tally(lines),
        branches: tally(branches),
        missedLines: [...lines].filter(([, count]) => count === 0).map(([line]) => line),
        missedBranches: [...branches].filter(([, count]) => count === 0).map(([key]) => JSON.parse(key)[0]),
    })).sort((a, b) => a.name < b.name ? -1 : 1);

    for (const row of rows) {
        if (percent(row.branches) >= FILE_THRESHOLD && percent(row.lines) >= FILE_THRESHOLD) continue;
        console.log(row.name);
        console.log(`    branches ${format(row.branches)}  lines ${format(row.lines)}`);
        if (row.missedBranches.length > 0) console.log(`    a branch not taken in lines ${numbers(row.missedBranches)}`);
        if (row.missedLines.length > 0) console.log(`    lines not reached: ${numbers(row.missedLines)}`);
    }

    const branches = sum(rows.map(row => row.branches));
    console.log(`PluginHost.Core: branches ${format(branches)}, lines ${format(sum(rows.map(row => row.lines)))}`);
    if (branches.of > 0 && percent(branches) >= threshold) return 0;
    console.log(`Fewer than ${threshold} % of the branches were taken.`);
    return 1;
}

process.exitCode = main(process.argv.slice(2));
