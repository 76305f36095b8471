// A link on another site led here, and the browser kept the lab's cookie back. Asked for from our
// own origin the page comes with it. The query makes it a load rather than a jump to the hash.
window.location.replace(`${window.location.pathname}?again${window.location.hash}`);
