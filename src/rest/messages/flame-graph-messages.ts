/** Wire types of `GET …/flamegraph`, as Flink's REST API names them. */

/** A function, with how often it was seen. */
export interface FlameGraphNode {
  readonly name: string
  readonly value: number
  readonly children: readonly FlameGraphNode[]
}

export interface VertexFlameGraph {
  /** Epoch ms; without data -1: the vertex has ended, -2: rest.flamegraph.enabled is not set, -3: samples are being taken. */
  readonly endTimestamp: number
  readonly data: FlameGraphNode | null
}
