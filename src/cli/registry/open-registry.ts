import type { Reference } from "../../oci/reference.ts";
import { credentialsFrom } from "../../registry/client/find-credentials.ts";
import { Registry } from "../../registry/client/registry.ts";
import { RegistryRepository, type RepositoryOptions } from "../../registry/client/repository.ts";

/** How a registry is to be reached. */
export interface RegistryAsked {
	/** Hosts of `--insecure`. */
	readonly insecure?: readonly string[];
	/** Ends what goes on. */
	readonly signal?: AbortSignal;
}

/**
 * A repository of a registry, with the logins of this user. Nothing is sent yet.
 *
 * @throws Fault REFERENCE_INVALID
 */
export function openRepository(
	{ registry, path }: Pick<Reference, "registry" | "path">,
	{ insecure = [], signal }: RegistryAsked,
	options: RepositoryOptions = {},
): RegistryRepository {
	const opened = new Registry(registry, {
		credentials: credentialsFrom(process.env),
		insecure: new Set(insecure),
		signal,
	});
	return new RegistryRepository(opened, path, options);
}
