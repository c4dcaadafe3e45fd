const MOST = 65_535

/** The ports of Flink's port ranges, `9249`, `9249-9260` or several by commas, in their order; undefined where it is none. */
export function portsOf(text: string): readonly number[] | undefined {
  const ports: number[] = []
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(part) ?? []
    if (first === undefined) return undefined
    const [from, to] = [Number(first), Number(last)]
    if (from > to || to > MOST) return undefined
    for (let port = from; port <= to; port += 1) ports.push(port)
  }
  return ports
}
