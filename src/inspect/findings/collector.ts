import type { Evidence, Finding } from "../report.ts";
import { plainName } from "../rust/plain-name.ts";
import { type KindId, KINDS } from "./kinds.ts";

/** So many pieces of evidence are listed for each finding. */
export const EVIDENCE_MAX = 16;
/** So many texts of one finding are remembered, to tell each once. */
const TEXTS_MAX = 1000;
/** Characters of evidence that are shown. */
const SHOWN_CHARACTERS = 120;

export interface Place {
	readonly binary: string;
	readonly function?: number | undefined;
	readonly functionName?: string | undefined;
	/** From the program's first byte. */
	readonly offset?: number | undefined;
}

/** Gathers evidence by finding: bounded, whatever it is given. */
export class Collector {
	readonly #found = new Map<KindId, { readonly evidence: Evidence[]; more: number }>();
	readonly #texts = new Map<KindId, Set<string>>();

	add(kind: KindId, { binary, function: index, functionName, offset }: Place, shows: string): void {
		const found = this.#found.get(kind) ?? { evidence: [], more: 0 };
		this.#found.set(kind, found);
		if (found.evidence.length >= EVIDENCE_MAX) found.more += 1;
		else
			found.evidence.push({
				binary,
				function: index,
				functionName: functionName === undefined ? undefined : shortened(plainName(functionName)),
				offset,
				shows: shortened(shows),
			});
	}

	/** As `add`, but a text that was told before is not told again, as far as it is remembered. */
	addOnce(kind: KindId, place: Place, shows: string): void {
		const texts = this.#texts.get(kind) ?? new Set<string>();
		this.#texts.set(kind, texts);
		if (texts.has(shows)) return;
		if (texts.size < TEXTS_MAX) texts.add(shows);
		this.add(kind, place, shows);
	}

	findings(): Finding[] {
		return (Object.keys(KINDS) as KindId[]).flatMap((id) => {
			const found = this.#found.get(id);
			return found === undefined ? [] : [{ id, ...KINDS[id], ...found }];
		});
	}
}

function shortened(text: string): string {
	return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
