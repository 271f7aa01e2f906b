import { Fault } from "../../base/fault.ts";

/** Docker Hub is named by one host and serves at another. */
const SERVED_AT: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/**
 * Where a registry is reached. Hosts of this machine are spoken to without encryption, others only
 * when they are in `insecure`.
 *
 * @param host `registry.example.com`, `127.0.0.1:5000`, `[::1]:5000`
 * @param insecure hosts as the person named them, with or without a port
 * @throws Fault REFERENCE_INVALID
 */
export function originOf(host: string, insecure: ReadonlySet<string>): URL {
	const url = URL.parse(`https://${SERVED_AT[host] ?? host}/`);
	if (url === null || url.username !== "" || url.pathname !== "/" || url.search !== "" || url.hash !== "")
		throw new Fault("REFERENCE_INVALID", `cannot take '${host}' as a registry`, {
			note: "a registry is HOST or HOST:PORT",
			help: "wherry pull registry.example.com/app:1.2",
		});
	const isPlain = isLoopback(url.hostname) || insecure.has(host) || insecure.has(url.hostname);
	return isPlain ? new URL(`http://${SERVED_AT[host] ?? host}/`) : url;
}

/** Whether a URL's host name is this machine, by its form alone: no name is looked up. */
export function isLoopback(hostname: string): boolean {
	return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/**
 * The place that a registry sends us to: a redirect, an upload's location, a token server. It may be
 * encrypted, or on the very host that we speak to in plain already. Anything else would let a registry
 * have our words carried in the open, or knock at doors of our network.
 *
 * @throws Fault REGISTRY_ERROR
 */
export function parsePlace(text: string | null, from: URL, origin: URL, what: string): URL {
	const url = text === null || text.length > PLACE_CHARACTERS_MAX ? null : URL.parse(text, from.href);
	if (url === null || url.username !== "" || url.password !== "")
		throw new Fault("REGISTRY_ERROR", `the registry '${origin.host}' names no usable ${what}`, {
			note: text === null ? "it named none" : `it named '${text.slice(0, SHOWN_CHARACTERS)}'`,
		});
	if (url.protocol === "https:" || (url.protocol === "http:" && isSamePlainHost(url, origin))) return url;
	throw new Fault("REGISTRY_ERROR", `the registry '${origin.host}' names a ${what} that is not safe`, {
		note: [
			`it named '${url.href.slice(0, SHOWN_CHARACTERS)}'`,
			"only https is followed, or plain http on the same host",
		],
	});
}

const PLACE_CHARACTERS_MAX = 16 << 10;
const SHOWN_CHARACTERS = 200;

function isSamePlainHost(url: URL, origin: URL): boolean {
	if (origin.protocol !== "http:") return false;
	return url.hostname === origin.hostname || (isLoopback(url.hostname) && isLoopback(origin.hostname));
}
