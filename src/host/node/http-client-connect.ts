import type { LookupFunction, Socket } from "node:net";
import type { ConnectGate, HttpFailure } from "../../sys/http.ts";
import { CONNECT_TIMEOUT } from "./http-client-errors.ts";
import type { Secure } from "./http-client-tls.ts";

/** Node's modules, loaded before the second wall stands. */
export interface Modules {
	readonly net: typeof import("node:net");
	readonly http: typeof import("node:http");
	readonly secure: () => Promise<Secure>;
}

export interface Destination {
	readonly scheme: "http" | "https";
	readonly host: string;
	readonly port: number;
	readonly gate: ConnectGate;
	readonly timeout_ms: number;
	/** Aborted when nobody wants the connection any more. */
	readonly signal: AbortSignal;
}

/** An error of ours, on its way through Node. */
export class ConnectFailure extends Error {
	readonly failure: HttpFailure;

	constructor(failure: HttpFailure) {
		super(failure.tag);
		this.failure = failure;
	}
}

/**
 * A connection to one of the addresses that the gate names, and to none else: what it answers is what is connected
 * to, whatever a resolver would say by then. With "https" it is secured, and the other side's certificate is for `host`.
 *
 * @throws ConnectFailure, and Node's errors
 */
export async function connect(modules: Modules, to: Destination): Promise<Socket> {
	const limit = new Limit(to.timeout_ms, to.signal);
	try {
		const addresses = await limit.hold(Promise.resolve(to.gate(to.host, to.port)));
		if ("tag" in addresses) throw new ConnectFailure(addresses);
		const secure = to.scheme === "https" ? await modules.secure() : undefined;
		const socket = open(modules.net, secure, to, addresses);
		return await limit.hold(connected(socket, to.scheme), () => socket.destroy());
	} finally {
		limit.end();
	}
}

function open(
	net: Modules["net"],
	secure: Secure | undefined,
	to: Destination,
	addresses: readonly string[],
): Socket {
	const options = {
		host: to.host,
		port: to.port,
		lookup: lookupIn(addresses, net),
		autoSelectFamily: true,
		noDelay: true,
	};
	if (secure === undefined) return net.connect(options);
	const servername = net.isIP(to.host) === 0 ? to.host.replace(/\.$/, "") : undefined;
	return secure.tls.connect({
		...options,
		...(servername === undefined ? {} : { servername }),
		secureContext: secure.context,
		// whatever the environment says
		rejectUnauthorized: true,
		ALPNProtocols: ["http/1.1"],
	});
}

/** Answers with addresses that are known already. */
function lookupIn(addresses: readonly string[], net: Modules["net"]): LookupFunction {
	const known = addresses.map((address) => ({ address, family: net.isIP(address) }));
	return (_host, options, answer) => {
		if (options.all === true) return answer(null, known);
		const [first] = known;
		answer(null, first?.address ?? "", first?.family ?? 0);
	};
}

function connected(socket: Socket, scheme: "http" | "https"): Promise<Socket> {
	return new Promise((resolve, reject) => {
		// it stays: an error between here and the request's own listener must not be one that nobody hears
		socket.on("error", reject);
		socket.once("close", () => reject(new ConnectFailure({ tag: "connection-terminated" })));
		socket.once(scheme === "https" ? "secureConnect" : "connect", () => resolve(socket));
	});
}

/** One limit for all steps on the way to a connection: a time, and that somebody still wants it. */
class Limit {
	readonly #passed = Promise.withResolvers<never>();
	readonly #timer: NodeJS.Timeout;
	readonly #signal: AbortSignal;
	#isPassed = false;
	readonly #aborted = () => this.#pass({ tag: "connection-terminated" });

	constructor(timeout_ms: number, signal: AbortSignal) {
		this.#passed.promise.catch(() => undefined);
		this.#timer = setTimeout(() => this.#pass(CONNECT_TIMEOUT), timeout_ms);
		this.#signal = signal;
		signal.addEventListener("abort", this.#aborted);
		if (signal.aborted) this.#aborted();
	}

	async hold<Value>(step: Promise<Value>, stop?: () => void): Promise<Value> {
		try {
			return await Promise.race([step, this.#passed.promise]);
		} finally {
			if (this.#isPassed) stop?.();
		}
	}

	end(): void {
		clearTimeout(this.#timer);
		this.#signal.removeEventListener("abort", this.#aborted);
	}

	#pass(failure: HttpFailure): void {
		this.#isPassed = true;
		this.#passed.reject(new ConnectFailure(failure));
	}
}
