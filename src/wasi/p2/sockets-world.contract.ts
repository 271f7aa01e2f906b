/** A guest with sockets on this machine, as a component sees them: for tests. */
import { parseNetRule } from "../../capability/net.ts";
import { systemClocks } from "../../host/node/clocks.ts";
import { systemEntropy } from "../../host/node/entropy.ts";
import { libc } from "../../host/node/libc.ts";
import { systemNetwork } from "../../host/node/network.ts";
import { systemReadiness } from "../../host/node/readiness.ts";
import { systemWaiter } from "../../host/node/waiter.ts";
import type { Network } from "../../sys/network.ts";
import { ComponentGuest } from "../component-guest.ts";
import { Descriptors } from "../descriptors.ts";
import { ComponentError } from "../host-interface.ts";
import { preview2 } from "./host.ts";

export const skip = libc() === undefined && "libc cannot be called here";

// oxlint-disable-next-line typescript/no-explicit-any -- what a component would know by its types
export type Any = any;

export type Family = "ipv4" | "ipv6";
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

export const LOOPBACK_RULES = [
	"connect=127.0.0.1:*",
	"connect=[::1]:*",
	"listen=127.0.0.1:0",
	"listen=[::1]:0",
	"udp=127.0.0.1:*",
	"udp=[::1]:*",
];

export interface World {
	readonly guest: ComponentGuest;
	readonly tcp: (family?: Family) => Any;
	readonly udp: (family?: Family) => Any;
	readonly lookUp: (name: string) => Any;
	readonly network: Any;
	readonly host: (name: string) => Any;
}

export function world(
	rules: readonly string[],
	options: { network?: Network; descriptors?: number; service?: boolean } = {},
): World {
	const guest = new ComponentGuest({
		args: [],
		env: new Map(),
		descriptors: new Descriptors(options.descriptors ?? 100),
		clocks: systemClocks(),
		entropy: systemEntropy,
		waiter: systemWaiter(),
		onEnd: () => undefined,
		readiness: options.service === true ? systemReadiness() : undefined,
		network: rules.length === 0 ? undefined : (options.network ?? systemNetwork()),
		http: undefined,
		netRules: rules.map((rule) => parseNetRule(rule, { where: `--net ${rule}` })),
		config: new Map(),
		keyvalue: { open: () => undefined },
		log: () => undefined,
	});
	const interfaces = preview2(guest);
	const host = (name: string): Any => interfaces.get(`wasi:${name}@0.2`);
	const network = host("sockets/instance-network").instanceNetwork();
	return {
		guest,
		network,
		host,
		tcp: (family = "ipv4") => host("sockets/tcp-create-socket").createTcpSocket(family),
		udp: (family = "ipv4") => host("sockets/udp-create-socket").createUdpSocket(family),
		lookUp: (name) => host("sockets/ip-name-lookup").resolveAddresses(network, name),
	};
}

/** The error of a result, or the results. */
export function outcome(act: () => unknown): unknown {
	try {
		act();
		return "ok";
	} catch (cause) {
		if (!(cause instanceof ComponentError)) throw cause;
		const { payload } = cause;
		return typeof payload === "string" ? payload : (payload as { tag: string }).tag;
	}
}

export function at(family: Family, port: number, address?: readonly number[]): Any {
	return family === "ipv4"
		? { tag: "ipv4", val: { port, address: address ?? [127, 0, 0, 1] } }
		: { tag: "ipv6", val: { port, flowInfo: 0, scopeId: 0, address: address ?? [0, 0, 0, 0, 0, 0, 0, 1] } };
}

export const ANY: Readonly<Record<Family, readonly number[]>> = {
	ipv4: [0, 0, 0, 0],
	ipv6: [0, 0, 0, 0, 0, 0, 0, 0],
};

export function bound({ tcp, network }: World, family: Family): Any {
	const socket = tcp(family);
	socket.startBind(network, at(family, 0));
	socket.finishBind();
	return socket;
}

export function listening(own: World, family: Family): Any {
	const socket = bound(own, family);
	socket.startListen();
	socket.finishListen();
	return socket;
}

/** Both ends of a connection, each with its streams. */
export function connection(
	own: World,
	family: Family,
): { readonly client: Any[]; readonly server: Any[]; readonly listener: Any } {
	const listener = listening(own, family);
	const socket = own.tcp(family);
	socket.startConnect(own.network, listener.localAddress());
	socket.subscribe().block();
	const client = [socket, ...socket.finishConnect()];
	listener.subscribe().block();
	return { client, server: listener.accept(), listener };
}
