import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";

/** How one kind of grant is written: what its errors say. */
export interface GrantForm {
	/** "a volume": what the text was to be read as. */
	readonly what: string;
	readonly form: string;
	/** A correct one, to paste. */
	readonly example: string;
}

/** The grant cannot be read: which, what is wrong with it, how it is written. */
export function grantInvalid(form: GrantForm, text: string, problem?: string, help?: string): Fault {
	const notes = [`the form is ${form.form}`];
	if (problem !== undefined) notes.unshift(problem);
	return new Fault("GRANT_INVALID", `cannot read '${shortened(text)}' as ${form.what}`, {
		note: notes,
		help: help ?? form.example,
	});
}

/** "'sorce' is not a key here; did you mean 'source'?" */
export function unknownWord(word: string, known: readonly string[], what: string): string {
	const near = nearMisses(word, known);
	const offer = near.length > 0 ? `; did you mean ${orList(near)}?` : `; there are ${known.join(", ")}`;
	return `'${shortened(word)}' is not ${what}${offer}`;
}

/** The text, cut so that an error stays readable. */
export function shortened(text: string): string {
	return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}...`;
}

const SHOWN_MAX = 200;
