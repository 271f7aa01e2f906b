/** What a person's machine says of networks: proxies, and authorities of its own. */
import { isLoopback } from "./origin.ts";

let knowsProxies = false;
let knowsAuthorities = false;

/**
 * Before the first request: lets fetch use the proxies that the environment names (HTTPS_PROXY, HTTP_PROXY,
 * NO_PROXY), never for this machine itself, and trust the authorities that the system trusts beside those
 * that Node brings: that is where a company's own is.
 */
export function prepareNetwork({ hostname, protocol }: URL): void {
	if (protocol === "https:" && !knowsAuthorities) trustSystem();
	if (!isLoopback(hostname) && !knowsProxies) useProxies();
}

function useProxies(): void {
	knowsProxies = true;
	const { env } = process;
	if (!PROXIES.some((name) => (env[name] ?? "") !== "")) return;
	const own = env["no_proxy"] ?? env["NO_PROXY"] ?? "";
	const noProxy = [own, "localhost", "127.0.0.1", "[::1]"].filter((host) => host !== "").join(",");
	const { setGlobalProxyFromEnv } = process.getBuiltinModule("node:http") as Partial<ProxyingHttp>;
	setGlobalProxyFromEnv?.({ ...env, no_proxy: noProxy, NO_PROXY: noProxy });
}

const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Of Node 24.14 and 26: older ones speak to the registry directly. */
interface ProxyingHttp {
	setGlobalProxyFromEnv: (env: NodeJS.ProcessEnv) => void;
}

function trustSystem(): void {
	knowsAuthorities = true;
	// loaded only now: it costs some 80 ms
	const tls = process.getBuiltinModule("node:tls");
	// Node 24.5 and later
	if (!("setDefaultCACertificates" in tls)) return;
	const authorities = [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
	tls.setDefaultCACertificates([...new Set(authorities)]);
}
