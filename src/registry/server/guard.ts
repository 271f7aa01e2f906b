import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "./problem.ts";

/**
 * Keeps browsers out of an unencrypted registry: a page may ask any loopback port, with a name of its
 * own that it lets resolve to 127.0.0.1, and our clients are no pages. A name that stands for this
 * machine alone, or an address, cannot be taken over in that way.
 *
 * @returns the host that the client believes to speak to, with its port, for addresses in answers
 * @throws Problem 403
 */
export function checkSender(headers: IncomingHttpHeaders, encrypted: boolean, url: string): string {
	const own = new URL(url).host;
	const { origin, host = own } = headers;
	if (origin !== undefined) throw new Problem(403, "DENIED", "web pages may not ask this registry");
	const name = hostName(host);
	if (name === undefined) throw new Problem(400, "NAME_INVALID", "this is no name of a host");
	if (encrypted || isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return host;
	throw new Problem(403, "DENIED", `without TLS this registry is asked by its address: ${own}`);
}

function hostName(host: string): string | undefined {
	const [, address, name] =
		/^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))(?::\d{1,5})?$/.exec(host) ?? [];
	return (address ?? name)?.toLowerCase();
}
