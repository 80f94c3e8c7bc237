/** The names in the first line of a CSV file, in their places: an empty one has a place as well. */
export function fieldsOf(line: string, delimiter: string): string[] {
  const end = delimiter.replace(/[\\\]^]/, String.raw`\$&`);
  const field = new RegExp(String.raw` *"((?:[^"]|"")*)" *(?=[${end}]|$)|[^${end}]*`, 'y');
  const names: string[] = [];
  for (let at = 0; at <= line.length; at = field.lastIndex + 1) {
    field.lastIndex = at;
    const [plain = '', inQuotes] = field.exec(line) ?? [];
    names.push((inQuotes?.replaceAll('""', '"') ?? plain).trim());
  }
  return names;
}
