export function messages(place, run) {}
