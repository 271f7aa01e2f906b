/**
 * The grammar of distribution-spec, "Pulling manifests". The bound keeps a name with its host below
 * the 255 characters that many clients allow.
 */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const NAME_CHARACTERS_MAX = 230;
const TAG = /^\w[\w.-]{0,127}$/;

export function isRepositoryName(text: string): boolean {
	return text.length <= NAME_CHARACTERS_MAX && NAME.test(text);
}

export function isTag(text: string): boolean {
	return TAG.test(text);
}
