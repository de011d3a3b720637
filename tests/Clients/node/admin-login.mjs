// Opens the admin page in headless Chromium and logs in to a route in each way that a browser can. Prints one line of JSON.
// usage: node admin-login.mjs URL_OF_THE_PAGE PASSWORD TOKEN
import { launch } from './chromium.mjs';

const [url, password, token] = process.argv.slice(2);
const browser = await launch();
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.click('#protocols button[data-token="echo"]');
  const suggested = await page.$$eval('#paths option', all => all.map(one => one.value));
  await page.fill('#path', '/');
  const open = await page.isVisible('#login');
  await page.fill('#path', '/private/ann');
  const hint = await page.textContent('#login-hint');
  const ways = await page.$$eval('#login option', all => all.filter(one => !one.disabled).map(one => one.value));

  const connect = async (way, user, secret) => {
    await page.selectOption('#login', way);
    if (way === 'basic') await page.fill('#user', user);
    if (way) await page.fill('#secret', secret);
    await page.click('#connect');
    await page.waitForFunction(() => document.querySelector('#link.open') || document.querySelector('#why:not([hidden])'));
    const link = await page.textContent('#link');
    const why = await page.$$eval('#why:not([hidden]) li.refused', all => all.map(one => one.lastElementChild.textContent));
    if (await page.isVisible('#link.open')) {
      await page.click('#connect');
      await page.waitForSelector('#link:not(.open)');
    }
    return [link, ...why];
  };
  const result = {
    suggested, open, hint, ways,
    nothing: await connect('', '', ''),
    wrong: await connect('basic', 'ann', 'wrong'),
    query: await connect('query', '', token),
    subprotocol: await connect('subprotocol', '', token),
    basic: await connect('basic', 'ann', password),
    // The browser sends the password that was right as well.
    both: await connect('query', '', token),
  };
  const shown = await page.evaluate(() => document.body.innerText);
  console.log(JSON.stringify({ ...result, leaked: shown.includes(password) || shown.includes(token) }));
} finally {
  await browser.close();
}
