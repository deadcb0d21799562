// Lighthouse's accessibility category over a list of pages, in one Chromium. Standard input: one JSON object
// {executable, arguments, base, pages: [{name, url} or {name, html}]}; standard output: [{name, score, failed}].
import { snapshot } from "lighthouse";
import puppeteer from "puppeteer-core";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { executable, arguments: args, base, pages } = JSON.parse(Buffer.concat(chunks).toString());

const browser = await puppeteer.launch({ executablePath: executable, args });
const found = [];
try {
  const page = await browser.newPage();
  for (const { name, url, html } of pages) {
    await page.goto(url ?? `${base}/health`, { waitUntil: "load" });
    // The page's own address stays, so that style sheets load from the server.
    if (html) await page.setContent(html, { waitUntil: "load" });
    const { lhr } = await snapshot(page, { flags: { onlyCategories: ["accessibility"], disableFullPageScreenshot: true, logLevel: "error" } });
    const failed = Object.values(lhr.audits)
      .filter((audit) => audit.scoreDisplayMode === "binary" && audit.score !== null && audit.score < 1)
      .map((audit) => `${audit.id}: ${(audit.details?.items ?? []).map((item) => item.node?.snippet).slice(0, 3).join(" ")}`);
    found.push({ name, score: lhr.categories.accessibility.score, failed });
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(found));
