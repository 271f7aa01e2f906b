import type { TestContext } from "node:test";
import {
	type HoldingsOptions,
	type OpenHoldings,
	openHoldings,
} from "../../src/registry/server/open-holdings.ts";
import { type Listening, type RunningRegistry, serve } from "../../src/registry/server/serve.ts";

export interface Served extends RunningRegistry {
	readonly holdings: OpenHoldings;
}

/** Serves in this process, on a free port; by default all in memory and to everybody. Ended with the test. */
export async function serveForTest(
	context: TestContext,
	options: Partial<HoldingsOptions> = {},
	listening: Partial<Listening> = {},
): Promise<Served> {
	const holdings = await openHoldings({ deletes: true, collect: false, ...options });
	const running = await serve(holdings, { address: "127.0.0.1", port: 0, ...listening });
	context.after(async () => {
		await running.stop(0);
		await holdings.close();
	});
	return { ...running, holdings };
}
