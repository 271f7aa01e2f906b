import { Fault } from "../base/fault.ts";
import { dispatch } from "./dispatch.ts";

const run = (): number => {
	throw new Fault("BUG", "src/cli/run.ts is not wired into src/cli/main.ts yet");
};

async function main(): Promise<void> {
	process.exitCode = await dispatch(process.argv.slice(2), run);
}

void main();
