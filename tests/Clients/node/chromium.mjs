// Headless Chromium for the clients here, without anything that would ask for an address elsewhere.
import { chromium } from 'playwright-core';

export const launch = (executablePath = '/usr/bin/chromium') => chromium.launch({
  executablePath, headless: true, timeout: 60_000,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
