// What counter/static/vendor/socket.io.js holds: the browser build of socket.io-client.

export { connect, io, Manager, Socket } from "socket.io-client";
