export function mountSlow() {}
