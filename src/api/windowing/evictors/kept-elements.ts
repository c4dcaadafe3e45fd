/** Leaves only those for which the function is true, in their order. */
export function keepElements<T>(elements: T[], isKept: (element: T) => boolean): void {
  let kept = 0
  for (const element of elements) {
    if (!isKept(element)) continue
    elements[kept] = element
    kept += 1
  }
  elements.length = kept
}
