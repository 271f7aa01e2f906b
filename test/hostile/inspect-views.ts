/** Every view that there is of a program, one after another. */
import { Fault } from "../../src/base/fault.ts";
import { inspectProgram } from "../../src/inspect/assemble.ts";
import { compare, type Examined } from "../../src/inspect/diff.ts";
import { differenceText } from "../../src/inspect/diff-text.ts";
import { htmlReport } from "../../src/inspect/html/page.ts";
import { type Part, partsOf } from "../../src/inspect/programs.ts";
import { textReport } from "../../src/inspect/text-report.ts";
import { decompiledLines } from "../../src/inspect/text/decompile.ts";
import { findFunction } from "../../src/inspect/text/find-function.ts";
import { functionLines } from "../../src/inspect/text/function-text.ts";
import { layOut, type Line } from "../../src/inspect/text/lines.ts";
import { moduleLines, outlineLines } from "../../src/inspect/text/module-text.ts";
import { firstPlace, sourceOf } from "../../src/inspect/text/source.ts";

/** What a view made, or the code of the fault that it ended with. */
export interface View {
	readonly name: string;
	readonly text: string;
	readonly fault: string | undefined;
}

const CHARACTERS_MAX = 4 * 1024 * 1024;

/**
 * All views of a program. A fault ends the one that it comes from; anything else that is thrown is thrown.
 *
 * @param older what it is compared with
 */
export async function viewsOf(
	bytes: Uint8Array<ArrayBuffer>,
	older: Uint8Array<ArrayBuffer>,
): Promise<View[]> {
	const views: View[] = [];
	const attempt = async <Value>(
		name: string,
		act: () => Value | Promise<Value>,
	): Promise<Value | undefined> => {
		try {
			const value = await act();
			views.push({ name, text: typeof value === "string" ? value : "", fault: undefined });
			return value;
		} catch (error) {
			if (!(error instanceof Fault) || error.code === "BUG") throw error;
			views.push({ name, text: error.message, fault: error.code });
			return undefined;
		}
	};
	const examined = await attempt("scan", () => examine(bytes));
	if (examined === undefined) return views;
	await attempt("text", () => textReport(examined.report));
	await attempt("json", () => JSON.stringify(examined.report));
	await attempt("html", () => htmlReport(examined));
	const other = await examine(older);
	await attempt("html difference", () => htmlReport(examined, other));
	await attempt("diff", () => differenceText(compare(other, examined)));
	await attempt("diff back", () => JSON.stringify(compare(examined, other)));
	for (const part of examined.parts.filter(({ scan }) => scan !== undefined).slice(0, 3))
		await textViews(part, attempt);
	return views;
}

type Attempt = <Value>(name: string, act: () => Value | Promise<Value>) => Promise<Value | undefined>;

async function examine(bytes: Uint8Array<ArrayBuffer>): Promise<Examined> {
	const parts = partsOf(bytes);
	return { parts, report: await inspectProgram(bytes, "hostile.wasm", parts) };
}

async function textViews({ scan }: Part, attempt: Attempt): Promise<void> {
	if (scan === undefined) return;
	const lay = (lines: Iterable<Line>) =>
		layOut(lines, { offsets: true, comment: ";;", base: 0, characters_max: CHARACTERS_MAX });
	await attempt("outline", () => lay(outlineLines(scan)));
	await attempt("whole", () => lay(moduleLines(scan)));
	await attempt("find", () => String(findFunction(scan, "nosuchfunction")));
	const { importedFunctions, definedFunctions } = scan.module;
	if (definedFunctions === 0) return;
	for (const index of new Set([importedFunctions, importedFunctions + definedFunctions - 1])) {
		const source = await attempt("source", () => sourceOf(scan, index));
		await attempt("place", () => firstPlace(scan, index, source) ?? "");
		await attempt("wat", () => lay(functionLines(scan, index, source)));
		await attempt("decompile", () => lay(decompiledLines(scan, index, source)));
	}
}
