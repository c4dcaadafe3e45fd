/** External path of a checkpoint that has none, as it lies in memory; in the words of Flink. */
export const NOT_ADDRESSABLE = '<checkpoint-not-externally-addressable>'
