import { NODE, type GraphNode } from './object-graph.js'

interface Visit {
  readonly index: number
  /** The slot to look at next. */
  next: number
}

const UNSEEN = 0

/**
 * The indexes of nodes so that a node comes after all that it refers to, as far as there is no cycle. An instance with
 * a plain form (NODE.formed) that lies on a cycle is given to `refuse`: nothing that it is made of could come first.
 */
export function childrenFirst(nodes: readonly GraphNode[], refuse: (index: number) => never): readonly number[] {
  const walk = new ComponentWalk(nodes, refuse)
  walk.visitFrom(0)
  return walk.order
}

/** Tarjan's strongly connected components, without recursion: values may be deep. */
class ComponentWalk {
  readonly order: number[] = []
  readonly #nodes: readonly GraphNode[]
  readonly #refuse: (index: number) => never
  /** When a node was first met, counted from 1. */
  readonly #met: Uint32Array
  /** The earliest node that is known to be in one component with it. */
  readonly #low: Uint32Array
  /** Nodes whose component is not complete yet. */
  readonly #open: number[] = []
  readonly #isOpen: Uint8Array
  #count = 0

  constructor(nodes: readonly GraphNode[], refuse: (index: number) => never) {
    this.#nodes = nodes
    this.#refuse = refuse
    this.#met = new Uint32Array(nodes.length)
    this.#low = new Uint32Array(nodes.length)
    this.#isOpen = new Uint8Array(nodes.length)
  }

  visitFrom(root: number): void {
    const way: Visit[] = [this.#enter(root)]
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      const node = this.#nodes[at.index] ?? []
      if (at.next === node.length) {
        way.pop()
        this.#leave(at.index)
        const parent = way.at(-1)
        if (parent !== undefined) this.#lower(parent.index, this.#low[at.index])
        continue
      }
      const child = referenceOf(node[at.next])
      at.next += 1
      if (child === undefined) continue
      if (this.#met[child] === UNSEEN) way.push(this.#enter(child))
      else if (child === at.index) this.#refuseFormed([child])
      else if (this.#isOpen[child] === 1) this.#lower(at.index, this.#met[child])
    }
  }

  #enter(index: number): Visit {
    this.#count += 1
    this.#met[index] = this.#count
    this.#low[index] = this.#count
    this.#open.push(index)
    this.#isOpen[index] = 1
    return { index, next: 1 }
  }

  #leave(index: number): void {
    this.order.push(index)
    if (this.#low[index] !== this.#met[index]) return
    const component = this.#open.splice(this.#open.lastIndexOf(index))
    for (const member of component) this.#isOpen[member] = 0
    if (component.length > 1) this.#refuseFormed(component)
  }

  #lower(index: number, low: number | undefined): void {
    if (low !== undefined && low < (this.#low[index] ?? 0)) this.#low[index] = low
  }

  #refuseFormed(component: readonly number[]): void {
    const formed = component.find((index) => this.#nodes[index]?.[0] === NODE.formed)
    if (formed !== undefined) this.#refuse(formed)
  }
}

function referenceOf(slot: unknown): number | undefined {
  if (!Array.isArray(slot)) return undefined
  const [index] = slot as readonly unknown[]
  return typeof index === 'number' ? index : undefined
}
