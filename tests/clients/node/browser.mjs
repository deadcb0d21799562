// @azure/msal-browser in Chromium: a single-page app on an origin of its own, driven as a person would drive it.
import { readFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";
import { converse } from "./conversation.mjs";

const library = await readFile(new URL("./node_modules/@azure/msal-browser/lib/msal-browser.min.js", import.meta.url));
const page = await readFile(new URL("./single_page_app.html", import.meta.url));

await converse(async ({ executablePath, arguments: args, origin, app }) => {
  const server = await serve(Number(new URL(origin).port), app);
  const browser = await puppeteer.launch({ executablePath, args });
  const tab = await browser.newPage();
  tab.setDefaultTimeout(15000);

  return {
    start: async ({ loginHint }) => {
      await tab.goto(origin);
      await tab.waitForFunction(() => window.ready);
      const leaving = tab.waitForNavigation();
      await tab.evaluate((hint) => void window.signIn(hint), loginHint);
      await leaving;
      return where(tab);
    },
    fill: async ({ values, press }) => {
      for (const [name, value] of Object.entries(values)) {
        await tab.$eval(`[name="${name}"]`, (field) => (field.value = ""));
        await tab.type(`[name="${name}"]`, value);
      }
      await Promise.all([tab.waitForNavigation(), tab.click(press)]);
      return where(tab);
    },
    result: async () => {
      await tab.waitForFunction(() => window.ready);
      return tab.evaluate(() => window.outcome);
    },
    silent: ({ forceRefresh }) => tab.evaluate((force) => window.silent(force), forceRefresh),
    me: () => tab.evaluate(() => window.me()),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
});

/** Where the tab is: the app's own page, or a page of the sign-in with its step and tenant. */
async function where(tab) {
  return tab.evaluate(() => ({
    origin: location.origin,
    step: document.querySelector("[data-step]")?.dataset.step ?? null,
    tenant: document.querySelector("[data-tenant]")?.dataset.tenant ?? null,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
    text: document.body.innerText.slice(0, 600),
  }));
}

async function serve(port, app) {
  const { createServer } = await import("node:http");
  const files = {
    "/msal-browser.min.js": ["text/javascript", library],
    "/settings.json": ["application/json", JSON.stringify(app)],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[new URL(request.url, "http://localhost").pathname] ?? ["text/html; charset=utf-8", page];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(port, "localhost", resolve));
  return server;
}
