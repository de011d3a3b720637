// Numbers, times and bytes for people.

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const count = number => (number < 100_000 ? counts.format(number) : compact.format(number));

export function bytes(number) {
  for (const [unit, size] of [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]) {
    if (number >= size) return `${counts.format(number / size)} ${unit}`;
  }
  return `${counts.format(Math.round(number))} B`;
}

export function duration(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor(whole / 3600) % 24} h`;
}

export function clock(date) {
  const pad = (number, digits) => String(number).padStart(digits, '0');
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`;
}

/** Bytes as hex, two digits each; the first so many. */
export function toHex(array, most = 512) {
  const shown = [...array.subarray(0, most)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
  return array.length > most ? `${shown} …` : shown;
}

/** Hex digits, with spaces, colons, commas and 0x wherever they stand, as bytes. Throws an Error that says what is wrong. */
export function fromHex(text) {
  const digits = text.replace(/0x/gi, '').replace(/[\s:,]/g, '');
  const bad = digits.match(/[^0-9a-f]/i);
  if (bad) throw new Error(`"${bad[0]}" is not a hexadecimal digit`);
  if (digits.length % 2 !== 0) throw new Error('a byte has two hexadecimal digits; one is missing');
  return new Uint8Array((digits.match(/../g) ?? []).map(pair => parseInt(pair, 16)));
}
