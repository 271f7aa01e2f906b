import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

/** Debian's. */
const CHROMIUM = "/usr/bin/chromium";
const READY_MS_MAX = 60_000;

/** Why there is no browser to test with; false where there is one. */
export const NO_CHROMIUM = existsSync(CHROMIUM) ? false : "Debian's package chromium is not installed";

interface Answer {
	readonly id?: number;
	readonly method?: string;
	readonly params?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly message: string };
}

/** A headless Chromium with one page, spoken to over its pipes (Chrome DevTools Protocol). */
export class Chromium {
	/** What the page's console, log and network told. */
	readonly told: { readonly method: string; readonly params: unknown }[] = [];
	readonly #child: ChildProcess;
	readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
	readonly #events = new Map<string, PromiseWithResolvers<void>>();
	#session: string | undefined;
	#last = 0;

	private constructor(folder: string) {
		const words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
		const quiet = ["--disable-background-networking", "--no-first-run", "--disable-component-update"];
		this.#child = spawn(
			CHROMIUM,
			[...words, ...quiet, `--user-data-dir=${folder}`, "--remote-debugging-pipe", "about:blank"],
			{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: folder } },
		);
		this.#listen(this.#child.stdio[4] as Readable);
	}

	/** @param folder for its profile */
	static async start(folder: string): Promise<Chromium> {
		const browser = new Chromium(folder);
		try {
			await browser.#attach();
			return browser;
		} catch (error) {
			browser.#child.kill("SIGKILL");
			throw error;
		}
	}

	async #attach(): Promise<void> {
		const target = await this.send("Target.createTarget", { url: "about:blank" });
		const { targetId } = target as { targetId: string };
		const attached = await this.send("Target.attachToTarget", { targetId, flatten: true });
		this.#session = (attached as { sessionId: string }).sessionId;
		for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(`${domain}.enable`);
	}

	send(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#last;
		const waiting = Promise.withResolvers<unknown>();
		this.#waiting.set(id, waiting);
		const session = this.#session === undefined ? {} : { sessionId: this.#session };
		(this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
		return within(waiting.promise, method);
	}

	/** Opens a page and waits until it is loaded. */
	async open(url: string): Promise<void> {
		const loaded = Promise.withResolvers<void>();
		this.#events.set("Page.loadEventFired", loaded);
		await this.send("Page.navigate", { url });
		await within(loaded.promise, "load");
	}

	async show(width: number, height: number, scheme: "light" | "dark"): Promise<void> {
		await this.send("Emulation.setDeviceMetricsOverride", {
			width,
			height,
			deviceScaleFactor: 1,
			mobile: false,
		});
		const features = [{ name: "prefers-color-scheme", value: scheme }];
		await this.send("Emulation.setEmulatedMedia", { features });
	}

	/** The value of an expression in the page. */
	async evaluate(expression: string): Promise<unknown> {
		const answer = await this.send("Runtime.evaluate", { expression, returnByValue: true });
		const { result, exceptionDetails } = answer as {
			result: { value: unknown };
			exceptionDetails?: { text: string };
		};
		if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
		return result.value;
	}

	async close(): Promise<void> {
		const ended = new Promise((resolve) => this.#child.once("exit", resolve));
		this.#session = undefined;
		await this.send("Browser.close");
		await ended;
	}

	#listen(stream: Readable): void {
		let rest = "";
		stream.setEncoding("utf8");
		stream.on("data", (text: string) => {
			const messages = (rest + text).split("\0");
			rest = messages.pop() ?? "";
			for (const message of messages) this.#take(JSON.parse(message) as Answer);
		});
	}

	#take({ id, method, params, result, error }: Answer): void {
		if (id !== undefined) {
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			if (error === undefined) waiting?.resolve(result);
			else waiting?.reject(new Error(error.message));
		} else if (method !== undefined) {
			this.told.push({ method, params });
			this.#events.get(method)?.resolve();
		}
	}
}

/** A guard against hanging, no measurement. */
async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(new Error(`chromium: no answer to ${what}`)), READY_MS_MAX);
	try {
		return await Promise.race([promise, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
