import { X509Certificate } from "node:crypto";
import type { SecureContext } from "node:tls";

/** What connections by TLS need. */
export interface Secure {
	readonly tls: typeof import("node:tls");
	/** Whom we trust. */
	readonly context: SecureContext;
}

/**
 * Makes, when it is first asked for, what TLS needs: 40 ms of CPU that a program pays who asks by HTTPS. Node's own
 * certificates are in its binary, and `extraCertificates` (PEM) are in memory: no file is opened then.
 * Where the environment names files of certificates they are read at once, before the second wall stands.
 */
export async function prepareTls(extraCertificates: readonly string[]): Promise<() => Promise<Secure>> {
	let made: Promise<Secure> | undefined;
	const secure = () => (made ??= makeSecure(extraCertificates));
	if (FILES.some((name) => process.env[name] !== undefined)) await secure();
	return secure;
}

/** Variables by which Node and OpenSSL are told of files, or of flags that do. */
const FILES = ["NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", "NODE_OPTIONS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

async function makeSecure(extraCertificates: readonly string[]): Promise<Secure> {
	const tls = await import("node:tls");
	if (extraCertificates.length === 0) return { tls, context: tls.createSecureContext() };
	const ca = [...tls.getCACertificates("default"), ...extraCertificates];
	return { tls, context: tls.createSecureContext({ ca }) };
}

/** The certificates in a text, in PEM each; undefined where there is none, or one that cannot be read. */
export function certificatesIn(text: string): readonly string[] | undefined {
	const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
	try {
		for (const certificate of found ?? []) void new X509Certificate(certificate);
		return found ?? undefined;
	} catch {
		return undefined;
	}
}
