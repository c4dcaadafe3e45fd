import { ReasonError } from '../errors/reason-error.js'

const HIGHEST_PORT = 65_535
/** Nobody waits for thousands of ports to be tried. */
const MOST_PORTS = 1000

/** The ports of a text as Flink takes it: `8081`, `8081-8090`, `50100-50200,50300`; a thousand at most. ReasonError where it is none. */
export function portsOf(text: string): readonly number[] {
  const ports = text.split(',').flatMap((part) => portsOfPart(part.trim(), text))
  if (ports.length > MOST_PORTS) throw new ReasonError(`'${text}' are more than ${String(MOST_PORTS)} ports`)
  return ports
}

function portsOfPart(part: string, text: string): number[] {
  const [, first, last = first] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(part) ?? []
  if (first === undefined || Number(last) > HIGHEST_PORT || Number(first) > Number(last)) {
    throw new ReasonError(`'${text}' is no port and no range of ports: 8081, 8081-8090, 50100-50200,50300, or 0`)
  }
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
}
