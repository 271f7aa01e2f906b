/** "landlock_add_rule was refused (errno 9)" for a result of `-errno`. */
export function refusal(what: string, result: number): string {
	return `${what} was refused (errno ${-result})`;
}
