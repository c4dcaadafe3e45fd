/** What the name of a part file begins and ends with. */
export interface Affixes {
  readonly prefix: string
  readonly suffix: string
}

/** What the files of a BucketingSink are called on their way. */
export interface PendingNames {
  readonly inProgress: Affixes
  readonly pending: Affixes
}

/** The path of a file, with another name in the same directory. */
export function renamed(path: string, { prefix, suffix }: Affixes): string {
  const at = path.lastIndexOf('/') + 1
  return path.slice(0, at) + prefix + path.slice(at) + suffix
}
