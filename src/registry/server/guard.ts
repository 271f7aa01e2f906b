import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "./problem.ts";

export interface Place {
	/** `http://127.0.0.1:5000` */
	readonly url: string;
	/** Whether any name of a host leads here: over TLS, or where other machines are let in. */
	readonly anyName: boolean;
}

/**
 * Keeps browsers out of a registry on loopback: a page may ask any port there, under a name of its own
 * that it lets resolve to 127.0.0.1, and our clients are no pages. An address, or a name that stands for
 * this machine alone, cannot be taken over in that way; with TLS the certificate proves the name.
 *
 * @returns the host that the client believes to speak to, with its port, for addresses in answers
 * @throws Problem 403
 */
export function checkSender(headers: IncomingHttpHeaders, { url, anyName }: Place): string {
	const own = new URL(url).host;
	const { origin, host = own } = headers;
	if (origin !== undefined) throw new Problem(403, "DENIED", "web pages may not ask this registry");
	const name = hostName(host);
	if (name === undefined) throw new Problem(400, "NAME_INVALID", "this is no name of a host");
	if (anyName || isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return host;
	throw new Problem(403, "DENIED", `without TLS this registry is asked by its address: ${own}`);
}

export function isLoopback(address: string): boolean {
	return address.startsWith("127.") || address === "::1";
}

function hostName(host: string): string | undefined {
	const [, address, name] =
		/^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))(?::\d{1,5})?$/.exec(host) ?? [];
	return (address ?? name)?.toLowerCase();
}
