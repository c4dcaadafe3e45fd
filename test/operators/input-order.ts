/** Orders in which the elements of several inputs arrive; that within each input is always kept. */
import type { Random } from '../../src/core/random/random.js'
import { watermark, type ElementOfInput, type InputElement } from './stream-elements.js'

/** Watermarks that are further apart have no others put between them: the last of all is at infinity. */
const FARTHEST_APART = 1000

type Inputs = readonly (readonly InputElement[])[]

/** The first of each input, the second of each, and so on. */
export function inTurns(inputs: Inputs): ElementOfInput[] {
  const longest = Math.max(0, ...inputs.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) =>
    inputs.flatMap((elements, input) => {
      const element = elements[turn]
      return element === undefined ? [] : [{ input, element }]
    }),
  ).flat()
}

export function shuffled(inputs: Inputs, random: Random): ElementOfInput[] {
  const next = inputs.map(() => 0)
  const left = inputs.flatMap((elements, input) => elements.map(() => input))
  const order: ElementOfInput[] = []
  while (left.length > 0) {
    const [input] = left.splice(random.nextInt(left.length), 1)
    if (input === undefined) break
    const element = inputs[input]?.[next[input] ?? 0]
    next[input] = (next[input] ?? 0) + 1
    if (element !== undefined) order.push({ input, element })
  }
  return order
}

/** Between two watermarks of an input stand all whole ones that lie between them. */
export function inSteps(elements: readonly ElementOfInput[]): ElementOfInput[] {
  const last = new Map<number, number>()
  return elements.flatMap((each) => {
    if (each.element.kind !== 'watermark') return [each]
    const { input, element } = each
    const before = last.get(input) ?? element.timestamp
    last.set(input, element.timestamp)
    const between = element.timestamp - before - 1
    if (between > FARTHEST_APART) return [each]
    const steps = Array.from({ length: Math.max(0, between) }, (_, index) => before + index + 1)
    return [...steps.map((timestamp) => ({ input, element: watermark(timestamp) })), each]
  })
}
