import { createServer, type Server, type ServerResponse } from "node:http";
import { prometheusText } from "./metrics.ts";
import type { Supervisor } from "./supervisor.ts";

const TIMEOUT_MS = 5000;

/** Serves `/metrics` to Prometheus, apart from the service itself. Rejects with the system's error. */
export async function serveMetrics(
	supervisor: Pick<Supervisor, "numbers" | "facts">,
	{ host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
	const server = createServer(
		{ headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
		({ url, method }, response) => {
			if (url !== "/metrics") return answer(response, 404, "there is only /metrics\n");
			if (method !== "GET" && method !== "HEAD") return answer(response, 405, "GET it\n");
			void supervisor
				.numbers()
				.then((numbers) => answer(response, 200, prometheusText(numbers, supervisor.facts)));
		},
	);
	server.maxConnections = 64;
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, resolve);
	});
	return server;
}

function answer(response: ServerResponse, status: number, text: string): void {
	response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
	response.end(text);
}
