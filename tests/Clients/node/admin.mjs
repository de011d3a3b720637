// Opens the admin page in headless Chromium and uses it as a person would. Prints one line of JSON.
// usage: node admin.mjs URL_OF_THE_PAGE [FOLDER_FOR_SCREENSHOTS]
import { launch } from './chromium.mjs';

const [url, shots] = process.argv.slice(2);
const hostile = '<img src=x onerror="window.pwned=1"><b>bold</b>';

const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems = [];
  const hosts = new Set();
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', error => problems.push(String(error)));
  page.on('request', request => hosts.add(new URL(request.url()).origin));
  const shot = name => (shots ? page.screenshot({ path: `${shots}/${name}.png`, fullPage: true }) : null);
  const frames = async () => page.$$eval('#frames li', all => all.map(one => [one.className, ...[...one.children].slice(2).map(part => part.textContent)]));
  const waitFrames = count => page.waitForFunction(n => document.querySelectorAll('#frames li').length >= n, count);

  const answer = await page.goto(url);
  await page.waitForSelector('#protocols button');
  const tokens = await page.$$eval('#protocols .token', all => all.map(one => one.textContent));

  // A message in each way, to the handler that sends it back.
  await page.click('#protocols button[data-token="echo"]');
  await page.click('#connect');
  await page.waitForSelector('#link.open');
  const link = await page.textContent('#link');
  await page.fill('#message', hostile);
  await page.press('#message', 'Control+Enter');
  await waitFrames(3);
  await page.check('input[value="hex"]');
  await page.fill('#message', '0x00 ff:7F');
  await page.click('#send');
  await waitFrames(5);
  await page.fill('#message', '0');
  await page.click('#send');
  const hexProblem = await page.textContent('#send-problem');
  await page.check('input[value="file"]');
  await page.setInputFiles('#file', { name: 'a.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 2, 3, 254]) });
  await page.click('#send');
  await waitFrames(7);
  const times = await page.$$eval('#frames time', all => all.every(one => /^\d\d:\d\d:\d\d\.\d\d\d$/.test(one.textContent) && !Number.isNaN(Date.parse(one.dateTime))));
  await shot('light');
  await page.fill('#close-code', '4001');
  await page.fill('#close-reason', 'bye <b>');
  await page.click('#close');
  await waitFrames(8);
  const talked = await frames();
  const closed = await page.textContent('#link');

  // A subprotocol that is not served there.
  await page.click('#clear');
  await page.fill('#path', '/no/such/path');
  await page.click('#connect');
  await page.waitForSelector('#why:not([hidden])');
  const refused = await page.textContent('#link');
  const why = await page.$$eval('#why-steps li', all => all.map(one => [one.className, ...[...one.children].map(part => part.textContent)]));

  // What others make up: a path, and a topic of that name.
  await page.click('#clear');
  await page.click('#protocols button[data-token="room"]');
  await page.fill('#path', `/rooms/${encodeURIComponent(hostile)}`);
  await page.check('input[value="text"]');
  await page.click('#connect');
  await page.waitForSelector('#link.open');
  await page.waitForFunction(text => document.querySelector('#topics').textContent.includes(text), hostile);
  await page.waitForFunction(text => document.querySelector('#connections').textContent.includes(text), hostile);
  await page.fill('#message', hostile);
  await page.click('#send');
  await waitFrames(3);
  const injected = await page.evaluate(() => document.querySelectorAll('main img, main b, main script').length + (window.pwned ?? 0));
  await page.waitForFunction(() => document.querySelectorAll('.tiles .value')[0].textContent === '1');
  const row = await page.$$eval('#connections-rows tr', all => [...all[0].children].map(one => one.textContent));
  const pressed = await page.$$eval('#protocols button[aria-pressed="true"]', all => all.map(one => one.dataset.token));

  // Filters and order.
  await page.fill('#connections-filter', 'no such path');
  const none = [await page.textContent('#connections-rows'), await page.textContent('#connections-count')];
  await page.fill('#connections-filter', '/ROOMS/');
  const some = [await page.$$eval('#connections-rows tr', all => all.length), await page.textContent('#connections-count')];
  const order = async () => [await page.$$eval('#plugins th', all => all.map(one => one.getAttribute('aria-sort')).find(sort => sort !== 'none') ?? 'none'),
    ...await page.$$eval('#plugins-rows tr', all => all.map(one => one.children[5].textContent))];
  const sorted = [];
  for (let i = 0; i < 3; i++) {
    await page.click('#plugins th:nth-child(6) button');
    sorted.push(await order());
  }

  // A handler that fails.
  await page.fill('#message', 'fail');
  await page.click('#send');
  await page.waitForSelector('#link:not(.open)');
  await page.waitForFunction(() => document.querySelectorAll('#faults-rows td').length > 1);
  const fault = await page.$$eval('#faults-rows tr', all => [...all[0].children].slice(1, 5).map(one => one.textContent));
  const axes = await page.$$eval('.tiles li', all => all.map(one => [one.querySelector('.top').textContent !== '', one.querySelector('.zero').textContent,
    /^\d+ (s|min) ago$/.test(one.querySelector('.since').textContent), one.querySelector('svg').getAttribute('aria-label') !== null].join(' ')));
  await page.click('#connect');
  await page.waitForSelector('#link.open');

  // A close that the handler begins; then in again, for the pictures.
  await page.fill('#message', 'bye');
  await page.click('#send');
  await page.waitForSelector('#link:not(.open)');
  const bye = (await frames()).at(-1)[2];
  await page.click('#connect');
  await page.waitForSelector('#link.open');

  // On a phone, in the dark.
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot('dark');
  await page.setViewportSize({ width: 375, height: 800 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.waitForFunction(() => document.querySelectorAll('#connections-rows td').length > 1);
  const titles = await page.$$eval('#connections-rows td', all => all.map(one => getComputedStyle(one, '::before').content));
  await shot('narrow-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await shot('narrow-light');

  // By keyboard: from the top, the way to trying is one key long; every control shows where one is and has a name.
  const fresh = await context.newPage();
  await fresh.goto(url);
  await fresh.waitForSelector('#protocols button');
  await fresh.keyboard.press('Tab');
  const first = await fresh.evaluate(() => document.activeElement.textContent);
  await fresh.close();
  const unnamed = await page.$$eval('button, input, select, textarea', all => all
    .filter(one => !one.textContent.trim() && !one.labels?.length && !one.getAttribute('aria-label')).map(one => one.id || one.outerHTML));

  // What the policy forbids.
  const before = problems.length;
  const policy = await page.evaluate(async () => {
    const tried = {};
    const script = document.createElement('script');
    try { script.text = 'window.ran = true'; } catch { tried.text = 'refused'; }
    try { document.body.insertAdjacentHTML('beforeend', '<i>'); } catch { tried.html = 'refused'; }
    tried.fetch = await fetch('http://127.0.0.2:1/').then(() => 'sent', () => 'refused');
    tried.socket = await new Promise(resolve => {
      // Events of what was tried before may come now.
      document.addEventListener('securitypolicyviolation', event => event.blockedURI.startsWith('ws:') && resolve(event.effectiveDirective));
      try { new WebSocket('ws://127.0.0.2:1/').onerror = () => setTimeout(() => resolve('sent'), 2000); } catch { /* as the event says */ }
    });
    return tried;
  });
  const others = problems.slice(0, before);

  console.log(JSON.stringify({
    status: answer.status(), tokens, link, talked, times, hexProblem, closed, refused, why, none, some, sorted, fault, axes, titles, bye, injected, row, pressed, overflow, first, unnamed, policy, problems: others, hosts: [...hosts],
  }));
} finally {
  await browser.close();
}
