import { Fault } from "../../base/fault.ts";
import type { Answer } from "./exchange.ts";
import { asList, asObject, ownObject } from "./json.ts";
import { ERROR_BYTES_MAX } from "./limits.ts";

const ERRORS_SHOWN = 3;
const CHARACTERS_SHOWN = 300;

/** What a registry says of its refusal: `CODE: message` (distribution-spec, "Error Codes"). */
export interface Refusal {
	readonly status: number;
	readonly codes: readonly string[];
	readonly says: readonly string[];
}

/** Reads the body of an answer that is an error; a body of any other form is shown by its start. */
export async function readRefusal(answer: Answer): Promise<Refusal> {
	const bytes = await answer.start(ERROR_BYTES_MAX).catch(() => new Uint8Array());
	const errors = asList(ownObject(bytes)?.["errors"]).map(asObject).slice(0, ERRORS_SHOWN);
	const codes = errors.map((error) => wordOf(error?.["code"])).filter((code) => code !== "");
	const says = errors.map((error) => [wordOf(error?.["code"]), wordOf(error?.["message"])].join(": "));
	if (says.length > 0) return { status: answer.status, codes, says };
	const text = new TextDecoder().decode(bytes).trim();
	const isPage = /^\s*</.test(text);
	return { status: answer.status, codes, says: text === "" || isPage ? [] : [short(text)] };
}

/** The error for an answer that is none of those expected. */
export function unexpected(what: string, host: string, { status, says, codes }: Refusal): Fault {
	const note = [`it answered with status ${status}`, ...says.map((text) => `it says: ${text}`)];
	if (status === 404 && codes.some((code) => code === "NAME_UNKNOWN"))
		return new Fault("IMAGE_NOT_FOUND", `cannot ${what}: '${host}' has no such repository`, { note });
	if (status === 429)
		return new Fault("REGISTRY_ERROR", `cannot ${what}: '${host}' was asked too often`, {
			note,
			help: `wherry login ${host}    it may allow more to those it knows`,
		});
	return new Fault("REGISTRY_ERROR", `cannot ${what}: '${host}' answered as it should not`, { note });
}

function wordOf(value: unknown): string {
	return typeof value === "string" ? short(value) : "";
}

function short(text: string): string {
	return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}...` : text;
}
