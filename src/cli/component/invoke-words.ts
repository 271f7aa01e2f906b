import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import type { FunctionType, World } from "../../component/types.ts";
import { formatAnswer } from "../../component/wave/format.ts";
import { parseInvocation } from "../../component/wave/invocation.ts";
import type { ComponentCall } from "../../guest/run-component.ts";
import { printResult } from "../print.ts";

/** A call, and how its answer is printed. */
export interface PrintedCall extends ComponentCall {
	/** A line, or nothing. */
	readonly print: (answer: unknown) => string;
}

/**
 * The words of `--invoke`: a call in WAVE, `interface#function("x", 1)`; or a function's name, and values in WAVE as words
 * behind the file. The error of a result is printed as its value, and the exit status is 1.
 *
 * @throws Fault ENTRY_MISSING, INVOKE_INVALID, USAGE
 */
export function callWords(
	invoke: string,
	args: readonly string[],
	world: World,
	program: string,
): PrintedCall {
	if (invoke.includes("(") && args.length > 0)
		throw new Fault("USAGE", "cannot take values twice", {
			note: `they stand in '${invoke}', and behind the file as well`,
			help: `wherry run --invoke ${shellWord(invoke)} ${shellWord(program)}`,
		});
	const { interfaceName, name, type, values } = parseInvocation(
		args.length === 0 ? invoke : `${invoke}(${args.join(", ")})`,
		world,
		program,
	);
	return {
		interfaceName,
		name,
		values,
		print: (answer) => formatAnswer(type, isResult(type) ? { tag: "ok", val: answer } : answer),
		failed: (payload) => {
			printResult(formatAnswer(type, { tag: "err", val: payload }));
			return { type: "exit", code: 1 };
		},
	};
}

function isResult({ result }: FunctionType): boolean {
	return result?.kind === "result";
}
