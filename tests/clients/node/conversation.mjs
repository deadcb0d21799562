// How a program talks with its test: the first line of standard input holds its settings, each further line one
// question {ask: NAME, ...}; each question gets one line, {result} or {thrown}.
import { createInterface } from "node:readline";

/** Build the answers from the settings with `prepare`, then answer until the input ends. */
export async function converse(prepare) {
  let answers;
  for await (const line of createInterface({ input: process.stdin })) {
    const told = JSON.parse(line);
    try {
      if (answers === undefined) {
        answers = await prepare(told);
        continue;
      }
      say({ result: (await answers[told.ask](told)) ?? null });
    } catch (error) {
      say({ thrown: `${error?.stack ?? error}` });
      if (answers === undefined) break;
    }
  }
  await answers?.close?.();
}

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
