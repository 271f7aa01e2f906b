/** HTTP/1.1 for guests, over node:http and node:tls. Nothing of it is loaded before a guest that may connect is to run. */
import type { Agent } from "node:http";
import type { HttpClient, HttpSending, HttpSent } from "../../sys/http.ts";
import { ConnectFailure, connect, type Destination, type Modules } from "./http-client-connect.ts";
import { sendOn } from "./http-client-request.ts";
import { prepareTls } from "./http-client-tls.ts";

export { certificatesIn } from "./http-client-tls.ts";

export interface HttpClientOptions {
	/** Certificates in PEM that are trusted beside those of Node; `--tls-ca`. */
	readonly extraCertificates: readonly string[];
}

/** Loads what requests need, so that clients can be made and used when no file can be opened any more. */
export async function prepareHttpClient({ extraCertificates }: HttpClientOptions): Promise<() => HttpClient> {
	const [net, http] = await Promise.all([import("node:net"), import("node:http")]);
	const modules: Modules = { net, http, secure: await prepareTls(extraCertificates) };
	return () => new NodeHttpClient(modules);
}

/** Idle connections that are kept for the next request: of each destination, and how long. */
const IDLE_CONNECTIONS_MAX = 128;
const IDLE_MS = 4_000;

class NodeHttpClient implements HttpClient {
	readonly #modules: Modules;
	readonly #agents: { readonly http: Agent; readonly https: Agent };
	readonly #underWay = new Set<HttpSent>();

	constructor(modules: Modules) {
		this.#modules = modules;
		this.#agents = { http: agentFor(modules, "http"), https: agentFor(modules, "https") };
	}

	send(request: HttpSending): HttpSent {
		const wire = { http: this.#modules.http, agent: this.#agents[request.head.scheme] };
		const sent = sendOn(wire, request);
		for (const earlier of this.#underWay) if (earlier.isOver) this.#underWay.delete(earlier);
		this.#underWay.add(sent);
		return sent;
	}

	close(): void {
		for (const sent of this.#underWay) sent.cancel();
		this.#agents.http.destroy();
		this.#agents.https.destroy();
	}
}

/** Connects as `connect` does, and keeps connections apart by destination: name, port and scheme. */
function agentFor(modules: Modules, scheme: "http" | "https"): Agent {
	const agent = new modules.http.Agent({
		keepAlive: true,
		maxFreeSockets: IDLE_CONNECTIONS_MAX,
		timeout: IDLE_MS,
		scheduling: "lifo",
	});
	return Object.assign(agent, {
		protocol: `${scheme}:`,
		defaultPort: scheme === "https" ? 443 : 80,
		createConnection(options: ConnectOptions, answer: (error: Error | null, socket?: unknown) => void): void {
			const { host, port, destination } = options;
			void connect(modules, { scheme, host, port: Number(port), ...destination }).then(
				(socket) => answer(null, socket),
				(cause: unknown) =>
					answer(cause instanceof Error ? cause : new ConnectFailure({ tag: "connection-refused" })),
			);
		},
	});
}

interface ConnectOptions {
	readonly host: string;
	readonly port: number | string;
	/** What a request gives along. */
	readonly destination: Pick<Destination, "gate" | "timeout_ms" | "signal">;
}
