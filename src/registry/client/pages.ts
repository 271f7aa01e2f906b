import { Fault } from "../../base/fault.ts";
import { ENTRIES_MAX, MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import type { Scope } from "./authority.ts";
import type { Answer } from "./exchange.ts";
import { readRefusal, unexpected } from "./failure.ts";
import { ownObject } from "./json.ts";
import { PAGES_MAX } from "./limits.ts";
import type { Registry } from "./registry.ts";

type Page = Readonly<Record<string, unknown>>;

/**
 * The entries of a list that comes in pages (RFC 5988, `Link: <...>; rel="next"`). Undefined where the
 * registry has no such list, or answers the first page with what `isPage` does not take.
 *
 * @throws Fault REGISTRY_ERROR for a later page that is none, and for lists longer than our limits
 */
export async function allPages(
	registry: Registry,
	path: string,
	scope: Scope,
	isPage: (answer: Answer) => boolean,
	entries: (page: Page) => readonly unknown[],
): Promise<readonly unknown[] | undefined> {
	const all: unknown[] = [];
	let to: string | URL = path;
	for (let pages = 0; pages < PAGES_MAX; pages++) {
		const answer = await registry.send({ method: "GET", to, scope });
		if (pages === 0 && (answer.status === 404 || (answer.status === 200 && !isPage(answer)))) {
			await answer.discard();
			return undefined;
		}
		if (answer.status === 403) throw await registry.denied(answer);
		if (answer.status !== 200) throw unexpected(`list '${path}'`, registry.host, await readRefusal(answer));
		const page = ownObject(await answer.start(MANIFEST_BYTES_MAX));
		if (page === undefined) throw badList(registry.host, "a page of it is no JSON object");
		all.push(...entries(page).slice(0, ENTRIES_MAX));
		if (all.length > ENTRIES_MAX) throw badList(registry.host, `it has more than ${ENTRIES_MAX} entries`);
		const next = nextOf(answer);
		if (next === undefined) return all;
		to = next;
	}
	throw badList(registry.host, `it has more than ${PAGES_MAX} pages`);
}

/** Only on the same registry: a list does not go on elsewhere. */
function nextOf(answer: Answer): URL | undefined {
	const link = /<([^>]{1,4096})>\s*;[^,]*\brel="?next"?/.exec(answer.headers.get("link") ?? "")?.[1];
	const url = link === undefined ? null : URL.parse(link, answer.url.href);
	return url !== null && url.origin === answer.url.origin ? url : undefined;
}

function badList(host: string, note: string): Fault {
	return new Fault("REGISTRY_ERROR", `cannot read a list of '${host}'`, { note });
}
