import assert from "node:assert/strict";
import { Fault, formatFault } from "../../src/base/fault.ts";

/** The Fault that `act` throws, as a person reads it; fails the test when it throws none. */
export function faultText(act: () => unknown): string {
	try {
		act();
	} catch (error) {
		return textOf(error);
	}
	return assert.fail("nothing was thrown");
}

/** As `faultText`, of what rejects. */
export async function faultTextOf(act: Promise<unknown>): Promise<string> {
	try {
		await act;
	} catch (error) {
		return textOf(error);
	}
	return assert.fail("nothing was thrown");
}

function textOf(error: unknown): string {
	if (!(error instanceof Fault)) throw error;
	return formatFault(error);
}
