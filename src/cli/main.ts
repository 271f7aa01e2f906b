import { dispatch } from "./dispatch.ts";
import { run } from "./run.ts";
import { ourWords } from "./words.ts";

async function main(): Promise<void> {
	process.exitCode = await dispatch(ourWords(process.argv.slice(2)), run);
}

void main();
