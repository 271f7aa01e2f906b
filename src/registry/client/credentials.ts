/** What a person is known by at a registry, and where that was found. */
export type Credentials = (
	| { readonly kind: "password"; readonly username: string; readonly password: string }
	/** A refresh token, which a token server takes for a token (docker's `identitytoken`). */
	| { readonly kind: "identity"; readonly token: string }
) & { readonly from: string };

/**
 * Looks for what is known for a repository of a registry: `docker.io`, `library/hello`. Undefined:
 * nothing. Asked only when the registry demands it.
 */
export type CredentialSource = (host: string, repository: string) => Promise<Credentials | undefined>;

/** Basic's word (RFC 7617): UTF-8. */
export function basicWord(username: string, password: string): string {
	return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
