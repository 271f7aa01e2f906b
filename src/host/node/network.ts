import type { Network } from "../../sys/network.ts";
import { libc } from "./libc.ts";
import { openResolver, type ResolverFiles } from "./resolver.ts";
import { openTcp } from "./tcp.ts";
import { openUdp } from "./udp.ts";

/**
 * The network of this machine: sockets of the kernel's, asked through libc, and names as its hosts file and the name servers of
 * its resolv.conf have them. The files are read now, because behind the second wall none can be. Undefined where
 * libc cannot be called: not Linux, or not Node 26.
 *
 * @param files in their place, for tests
 */
export function systemNetwork(files?: ResolverFiles): Network | undefined {
	const c = libc();
	if (c === undefined) return undefined;
	const network: Network = {
		tcp: (family) => openTcp(c, family),
		udp: (family) => openUdp(c, family),
		lookup: (name) => resolver.lookup(name),
	};
	const resolver = openResolver(network, files);
	return network;
}
