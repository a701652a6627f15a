package web

import "net/http"

// Handler answers one request, or returns why it can't. A handler that returns an error has written
// nothing: the Door writes the answer, in the form and the language that the client asked for.
type Handler func(w http.ResponseWriter, r *http.Request) error
