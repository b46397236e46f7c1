package web

import (
	"net/http"
	"time"
)

// machineRoutes registers what programs ask for.
func (s *server) machineRoutes(mux *http.ServeMux) {}

// observe counts one answered request. route is the pattern that served it.
func (s *server) observe(route string, status int, took time.Duration) {}
