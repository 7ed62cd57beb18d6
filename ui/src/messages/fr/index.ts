/** All texts of this language, in one chunk. */
export default import.meta.glob<Record<string, string>>('./*.json', { eager: true, import: 'default' });
