import { DEFAULT_REGISTRY } from "../../oci/reference.ts";
import { originOf } from "../../registry/client/origin.ts";

const HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"]);

/**
 * The registry that a person names to log in: a host, or as docker takes it, its address.
 *
 * @throws Fault REFERENCE_INVALID
 */
export function serverOf(word: string): string {
	const host = word.replace(/^https?:\/\//, "").replace(/\/(?:v[12]\/?)?$/, "");
	originOf(host, new Set());
	return HUB.has(host) ? DEFAULT_REGISTRY : host;
}
