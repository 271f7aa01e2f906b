/** Where a service and its numbers are reached. */
import { Fault } from "../../base/fault.ts";
import { parseAddress } from "../../base/ip-address.ts";

export interface Place {
	/** In digits, without brackets. */
	readonly host: string;
	/** 0: one that is free. */
	readonly port: number;
}

export const LOOPBACK = "127.0.0.1";
const PORT_MAX = 65_535;

/**
 * `[ADDRESS:]PORT`, and with docker's second port behind it, which means nothing here: a service does not know
 * its own. On 127.0.0.1 unless an address is given.
 *
 * @throws Fault FLAG_INVALID
 */
export function parsePlace(text: string, where: string): Place {
	const [flag = ""] = where.split(/[ =]/, 1);
	const match = /^(?:(\[[^\]]*\]|[^:[\]]*[.][^:[\]]*|):)?(\d{1,5})(?::\d{1,5})?(?:\/tcp)?$/.exec(text);
	const port = Number(match?.[2]);
	const host = match?.[1] === undefined || match[1] === "" ? LOOPBACK : parseAddress(match[1]);
	if (match !== null && host !== undefined && port <= PORT_MAX) return { host, port };
	throw new Fault("FLAG_INVALID", `cannot listen on '${text}'`, {
		note: [
			host === undefined
				? `'${match?.[1]}' is not an address in digits`
				: "the form is [ADDRESS:]PORT, an address of IPv6 in brackets; port 0 takes a free one",
			"without an address it is 127.0.0.1: to be reached from other machines is asked for by 0.0.0.0:8080",
		],
		help: `${flag} 8080`,
	});
}

/** As part of a URL. */
export function shownHost(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}
