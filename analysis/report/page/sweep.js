export function showSweep(main, data) {}
