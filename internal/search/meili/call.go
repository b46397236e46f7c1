package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

const codeNoIndex = "index_not_found"

// call makes one whole request, once more when the connection broke (a kept
// connection may have been closed meanwhile), and says with this project's
// errors what went wrong: search.ErrDown where the server does not answer,
// search.ErrRebuild where the index or its settings are not there, and
// ctx's own error when it was cancelled. Every request may be repeated:
// putting a document again changes nothing.
func call[T any](ctx context.Context, request func() (T, error)) (T, error) {
	v, err := request()
	if err == nil {
		return v, nil
	}
	if e := (*meilisearch.Error)(nil); ctx.Err() == nil && (!errors.As(err, &e) || e.ErrCode == meilisearch.MeilisearchCommunicationError) {
		v, err = request()
	}
	return v, meaning(ctx, err)
}

func meaning(ctx context.Context, err error) error {
	e := (*meilisearch.Error)(nil)
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case !errors.As(err, &e), e.StatusCode == 0, e.StatusCode >= http.StatusInternalServerError, e.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %w", search.ErrDown, err)
	}
	switch e.MeilisearchApiError.Code {
	case codeNoIndex, "document_not_found", "invalid_search_filter", "invalid_search_facets", "invalid_search_sort":
		return fmt.Errorf("%w: %w", search.ErrRebuild, err)
	}
	return err
}

// poll is how often a task is asked whether it is done.
const poll = 25 * time.Millisecond

// wait waits for tasks that the server has taken on. A task that failed is
// an error with the server's own words.
func wait(ctx context.Context, w meilisearch.ServiceManager, tasks ...*meilisearch.TaskInfo) error {
	for _, t := range tasks {
		done, err := call(ctx, func() (*meilisearch.Task, error) { return w.WaitForTaskWithContext(ctx, t.TaskUID, poll) })
		if err != nil {
			return err
		}
		if done.Status != meilisearch.TaskStatusSucceeded {
			return &TaskError{UID: done.UID, Type: string(done.Type), Status: string(done.Status), Code: done.Error.Code, Message: done.Error.Message}
		}
	}
	return nil
}

// TaskError is a task that the server took on and did not do.
type TaskError struct {
	UID           int64
	Type, Status  string
	Code, Message string
}

func (e *TaskError) Error() string {
	return fmt.Sprintf("Meilisearch task %d (%s) %s: %s (%s)", e.UID, e.Type, e.Status, e.Message, e.Code)
}
