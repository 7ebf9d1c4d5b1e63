(component
  ;; Wants to know the time.
  (import "now" (func (result u64))))
