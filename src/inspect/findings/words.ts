/** Words with spaces and line ends between them. */
export function words(text: string): string[] {
	return text.trim().split(/\s+/);
}
