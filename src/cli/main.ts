import { dispatch } from "./dispatch.ts";
import { run } from "./run.ts";

async function main(): Promise<void> {
	process.exitCode = await dispatch(process.argv.slice(2), run);
}

void main();
