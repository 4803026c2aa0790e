// Opens pages in headless Chromium and says what is wrong with them: accessibility by axe-core, what is loaded besides
// the page, errors, elements that must not be there, text that runs out of the window, and the pages on paper.
// Usage: node browser.js NODE_MODULES CHROMIUM PAGE...   The answer is JSON on standard output.
const [modules, chromium, ...pages] = process.argv.slice(2);
const path = require('path');
const puppeteer = require(path.join(modules, 'puppeteer-core'));
const axe = require(path.join(modules, 'axe-core'));

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// Name, width in CSS pixels, colours, medium.
const VIEWS = [
  ['narrow light', 320, 'light', 'screen'],
  ['phone dark', 390, 'dark', 'screen'],
  ['desktop light', 1280, 'light', 'screen'],
  ['desktop dark', 1280, 'dark', 'screen'],
  ['paper', 794, 'light', 'print'],
];

(async () => {
  // The sandbox of Chromium cannot be had in every container; the pages are our own files and hold no script.
  const browser = await puppeteer.launch({
    executablePath: chromium, headless: true, protocolTimeout: 300000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
  });
  const answer = {};
  for (const file of pages) {
    answer[path.basename(file)] = { violations: [], wide: [], loaded: [], errors: [], elements: [], views: [], paper: 0 };
  }
  for (const [name, width, scheme, medium] of VIEWS) {
    const page = await browser.newPage();
    let url, found;
    page.on('request', (request) => { if (request.url() !== url) found.loaded.push(request.url()); });
    page.on('console', (message) => found.errors.push(message.text()));
    page.on('pageerror', (error) => found.errors.push(String(error)));
    page.setDefaultTimeout(300000);
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.emulateMediaType(medium);
    for (const file of pages) {
      [url, found] = ['file://' + file, answer[path.basename(file)]];
      await page.goto(url);
      found.elements = await page.evaluate(() =>
        [...document.querySelectorAll('script, img, iframe, object, link, form, [onclick], [onerror], [onload]')]
          .map((element) => element.outerHTML.slice(0, 80)));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) found.wide.push(`${name}: ${over} pixels too wide`);
      await page.evaluate(axe.source);
      const result = await page.evaluate((tags) => window.axe.run(document, {
        runOnly: { type: 'tag', values: tags }, preload: false, resultTypes: ['violations'],
      }), TAGS);
      for (const violation of result.violations) {
        found.violations.push(`${name}: ${violation.id}: ${violation.nodes[0].html.slice(0, 120)}: ${violation.nodes[0].failureSummary}`);
      }
      if (medium === 'print') {
        const pdf = Buffer.from(await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
        found.paper = (pdf.match(/\/Type\s*\/Page[^s]/g) || []).length;
      }
      found.views.push(name);
    }
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(answer));
})().catch((error) => { console.error(String(error)); process.exit(1); });
